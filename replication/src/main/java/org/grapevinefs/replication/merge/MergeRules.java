// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jgit.errors.InvalidPatternException;
import org.eclipse.jgit.fnmatch.FileNameMatcher;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a zone are merged when they were edited apart, and how: by patterns of their
 * names, in which {@code *} is any run of characters, {@code ?} any one and {@code [a-z]} one of a
 * set.
 *
 * @param records patterns of files of line records: JSON objects, one a line
 * @param text patterns of text files, for which {@code records} did not speak
 * @param key the field of a record that names it
 */
public record MergeRules(List<String> records, List<String> text, String key) {

  /** The field that names a record if nobody says otherwise. */
  public static final String DEFAULT_KEY = "id";

  /** Nothing is merged. */
  public static final MergeRules NONE = new MergeRules(List.of(), List.of(), DEFAULT_KEY);

  /** Copies. */
  public MergeRules {
    records = List.copyOf(records);
    text = List.copyOf(text);
  }

  /** Whether nothing is merged. */
  public boolean isEmpty() {
    return records.isEmpty() && text.isEmpty();
  }

  /** How a file of a name is merged; null if it is not. */
  public @Nullable ThreeWayMerge of(EntryName name) {
    if (isEmpty()) {
      return null;
    }
    String words = text(name);
    if (words == null) {
      return null;
    }
    if (matchesAny(records, words)) {
      return new RecordMerge(key);
    }
    return matchesAny(text, words) ? new TextMerge() : null;
  }

  private static boolean matchesAny(List<String> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> matches(pattern, name));
  }

  private static boolean matches(String pattern, String name) {
    try {
      FileNameMatcher matcher = new FileNameMatcher(pattern, null);
      matcher.append(name);
      return matcher.isMatch();
    } catch (InvalidPatternException e) {
      return false;
    }
  }

  private static @Nullable String text(EntryName name) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(name.toBytes());
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
