// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of line records: JSON objects, one a line (RFC 8259; the lines as in JSON Lines), each
 * with a field that names it.
 *
 * @param records by name, in the order of the file
 * @param ended whether the last line ends like the others
 */
record LineRecords(Map<String, Line> records, boolean ended) {

  private static final int DEEPEST = 200;

  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /**
   * One line.
   *
   * @param text as it stands, without its newline
   * @param record what it says
   */
  record Line(String text, ObjectNode record) {

    boolean says(Line other) {
      return text.equals(other.text) || record.equals(other.record);
    }
  }

  LineRecords {
    records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
  }

  /** Reads a file; null if it is not such a one, or if two records have one name. */
  static @Nullable LineRecords read(byte[] bytes, String key) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    Map<String, Line> records = new LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      if (line.isBlank()) {
        continue;
      }
      ObjectNode record = record(line);
      String name = record == null ? null : name(record.get(key));
      if (record == null || name == null || records.put(name, new Line(line, record)) != null) {
        return null;
      }
    }
    return new LineRecords(records, text.isEmpty() || text.endsWith("\n"));
  }

  private static @Nullable ObjectNode record(String line) {
    try {
      return JSON.readTree(line) instanceof ObjectNode object ? object : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Numbers and words are other names: {@code 1} is not {@code "1"}. */
  private static @Nullable String name(@Nullable JsonNode value) {
    return value == null || !value.isValueNode() || value.isNull() ? null : value.toString();
  }
}
