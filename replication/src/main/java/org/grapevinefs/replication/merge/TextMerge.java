// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.eclipse.jgit.merge.MergeAlgorithm;
import org.eclipse.jgit.merge.MergeFormatter;
import org.eclipse.jgit.merge.MergeResult;
import org.jspecify.annotations.Nullable;

/**
 * Text merged by lines (diff3: Khanna, Kunal and Pierce, "A formal investigation of diff3", 2007):
 * where one side changed lines and the other did not touch them, the change is taken. Where both
 * changed the same lines, or lines that touch, there is no merge.
 */
final class TextMerge implements ThreeWayMerge {

  private static final List<String> NAMES = List.of("base", "earlier", "later");

  @Override
  public byte @Nullable [] merge(byte[] base, byte[] earlier, byte[] later) {
    if (RawText.isBinary(base) || RawText.isBinary(earlier) || RawText.isBinary(later)) {
      return null;
    }
    MergeResult<RawText> merged =
        new MergeAlgorithm(new HistogramDiff())
            .merge(
                RawTextComparator.DEFAULT,
                new RawText(base),
                new RawText(earlier),
                new RawText(later));
    if (merged.containsConflicts()) {
      return null;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new MergeFormatter().formatMerge(out, merged, NAMES, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes bytes", e);
    }
    return out.toByteArray();
  }
}
