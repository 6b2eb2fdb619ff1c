// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Line records merged one by one, and field by field where both sides changed one: each field as
 * whoever changed it has it, the later content's where both did. A record that one side removed and
 * the other changed stays. Lines that only one side changed stand as they were written.
 */
final class RecordMerge implements ThreeWayMerge {

  private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();

  private final String key;

  RecordMerge(String key) {
    this.key = key;
  }

  @Override
  public byte @Nullable [] merge(byte[] base, byte[] earlier, byte[] later) {
    LineRecords from = LineRecords.read(base, key);
    LineRecords one = LineRecords.read(earlier, key);
    LineRecords other = LineRecords.read(later, key);
    if (from == null || one == null || other == null) {
      return null;
    }
    Map<String, String> merged = new HashMap<>();
    Set<String> names = new LinkedHashSet<>(one.records().keySet());
    names.addAll(other.records().keySet());
    for (String name : names) {
      LineRecords.Line was = from.records().get(name);
      String line = merged(was, one.records().get(name), other.records().get(name));
      if (line != null) {
        merged.put(name, line);
      }
    }
    StringJoiner lines = new StringJoiner("\n");
    for (String name : order(one.records().keySet(), other.records().keySet(), merged.keySet())) {
      lines.add(merged.get(name));
    }
    boolean ended = (one.ended() || other.ended()) && !merged.isEmpty();
    return (lines + (ended ? "\n" : "")).getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String merged(
      LineRecords.@Nullable Line was,
      LineRecords.@Nullable Line earlier,
      LineRecords.@Nullable Line later) {
    if (earlier == null || later == null) {
      LineRecords.Line left = earlier == null ? later : earlier;
      return left == null || (was != null && was.says(left)) ? null : left.text();
    }
    if (earlier.says(later) || (was != null && was.says(earlier))) {
      return later.text();
    }
    if (was != null && was.says(later)) {
      return earlier.text();
    }
    ObjectNode both = fields(was == null ? EMPTY : was.record(), earlier.record(), later.record());
    try {
      return LineRecords.JSON.writeValueAsString(both) + (later.text().endsWith("\r") ? "\r" : "");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was read can be written", e);
    }
  }

  private static ObjectNode fields(ObjectNode was, ObjectNode earlier, ObjectNode later) {
    Set<String> names = new LinkedHashSet<>();
    later.fieldNames().forEachRemaining(names::add);
    earlier.fieldNames().forEachRemaining(names::add);
    ObjectNode merged = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      JsonNode value = value(was.get(name), earlier.get(name), later.get(name));
      if (value != null) {
        merged.set(name, value);
      }
    }
    return merged;
  }

  private static @Nullable JsonNode value(
      @Nullable JsonNode was, @Nullable JsonNode earlier, @Nullable JsonNode later) {
    if (Objects.equals(later, was)) {
      return earlier;
    }
    if (Objects.equals(earlier, was)) {
      return later;
    }
    if (earlier instanceof ObjectNode one && later instanceof ObjectNode other) {
      return fields(was instanceof ObjectNode object ? object : EMPTY, one, other);
    }
    return later;
  }

  /** The later content's order; what only the earlier one has follows what it follows there. */
  private static List<String> order(Set<String> earlier, Set<String> later, Set<String> kept) {
    Map<String, List<String>> following = new LinkedHashMap<>();
    String anchor = "";
    for (String name : earlier) {
      if (later.contains(name)) {
        anchor = name;
      } else if (kept.contains(name)) {
        following.computeIfAbsent(anchor, none -> new ArrayList<>()).add(name);
      }
    }
    List<String> order = new ArrayList<>(following.getOrDefault("", List.of()));
    for (String name : later) {
      if (kept.contains(name)) {
        order.add(name);
      }
      order.addAll(following.getOrDefault(name, List.of()));
    }
    return order;
  }
}
