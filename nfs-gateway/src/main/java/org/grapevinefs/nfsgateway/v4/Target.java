// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.replication.core.FileId;

/** What a file handle stands for. */
sealed interface Target {

  /** The directory over all zones. */
  record PseudoRoot() implements Target {}

  /** A file of a zone. */
  record InZone(Export export, FileId file) implements Target {}

  PseudoRoot PSEUDO_ROOT = new PseudoRoot();
}
