// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** How an extended attribute is set (RFC 8276, section 8.4.2). */
public enum XattrMode {
  EITHER,
  CREATE,
  REPLACE
}
