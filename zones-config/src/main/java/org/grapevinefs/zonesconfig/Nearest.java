// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * The nearest right spelling.
 *
 * <p>Distance is that of Damerau and Levenshtein in its optimal string alignment form: letters
 * added, left out, changed, or two neighbours swapped, each costing one. Capitals and {@code _} for
 * {@code -} cost nothing. A third of the word may be wrong, and at least two letters of a word that
 * has more than three.
 */
final class Nearest {
  private static final int LONGEST = 128;

  private Nearest() {}

  static Optional<String> to(String word, Collection<String> candidates) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    String plain = plain(word);
    int allowed = plain.length() <= 3 ? 1 : Math.max(2, plain.length() / 3);
    String best = null;
    int least = allowed + 1;
    for (String candidate : candidates) {
      int distance = distance(plain, plain(candidate));
      if (distance < least && distance < candidate.length()) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1] + 1, last[j] + 1), last[j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = last;
      last = row;
    }
    return last[b.length()];
  }
}
