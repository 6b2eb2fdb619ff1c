// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlKeyValue;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of a file, read key by key.
 *
 * <p>Whatever is wrong goes to the {@link ProblemList}, with the place of the key or of the value,
 * and the reader gets an empty result: so one pass finds all mistakes of a file. A reader must look
 * at {@link ProblemList#hasErrors()} before it builds anything.
 */
final class Section {
  private final TomlTable table;
  private final String title;
  private final TomlPosition place;
  private final Schema schema;
  private final ProblemList problems;
  private final Limits limits;
  private final Map<String, Optional<Section>> opened = new HashMap<>();

  /** The whole file. */
  Section(TomlTable table, Schema schema, ProblemList problems, Limits limits) {
    this(table, "", TomlPosition.positionAt(1, 1), schema, problems, limits);
  }

  private Section(
      TomlTable table,
      String title,
      TomlPosition place,
      Schema schema,
      ProblemList problems,
      Limits limits) {
    this.table = table;
    this.title = title;
    this.place = place;
    this.schema = schema;
    this.problems = problems;
    this.limits = limits;
    if (schema.isFixed(title)) {
      checkKeys();
    }
  }

  private void checkKeys() {
    Collection<String> known = schema.keys(title);
    for (String key : table.keySet()) {
      if (schema.isLater(title, key)) {
        problems.warn(at(key), key + " is right, but this version does not act on it yet");
      }
      if (!known.contains(key)) {
        String shown = Quoting.printable(key);
        String here = title.isEmpty() ? "" : " in [" + title + "]";
        Optional<String> home = schema.homeOf(key);
        Optional<String> near = Nearest.to(key, known);
        if (home.isPresent() && !home.get().equals(title)) {
          String where =
              home.get().isEmpty() ? "above the first section" : "in [" + home.get() + "]";
          problems.error(at(key), "the key \"" + shown + "\" does not belong here but " + where);
        } else if (near.isPresent()) {
          problems.error(at(key), "unknown key \"" + shown + "\"" + here, near);
        } else {
          problems.error(
              at(key),
              "unknown key \"" + shown + "\"" + here + "; known are " + String.join(", ", known));
        }
      }
    }
  }

  /** Where the section begins. */
  TomlPosition place() {
    return place;
  }

  boolean has(String key) {
    return table.keySet().contains(key);
  }

  Set<String> keys() {
    return table.keySet();
  }

  /** Where a key stands; where the section begins if it is not there. */
  TomlPosition at(String key) {
    TomlPosition position = table.inputPositionOf(List.of(key));
    return position == null ? place : position;
  }

  /** Where a key's value stands. */
  TomlPosition atValue(String key) {
    TomlKeyValue entry = table.entry(List.of(key));
    TomlPosition position = entry == null ? null : entry.value().position();
    return position == null ? at(key) : position;
  }

  void missing(String key, String hint) {
    problems.error(place, "\"" + key + "\" is missing: " + hint);
  }

  Optional<String> text(String key) {
    return value(key, "a text in quotes", text -> text);
  }

  /** A value written as a text; the parser's {@link InvalidValueException} becomes a problem. */
  <T> Optional<T> value(String key, String kind, Function<String, T> parser) {
    return switch (raw(key)) {
      case null -> Optional.empty();
      case String text -> parsed(key, atValue(key), text, parser);
      case Object other -> wrongKind(key, atValue(key), kind, other);
    };
  }

  /** A size in quotes, or a bare number of bytes. */
  Optional<ByteSize> size(String key) {
    return size(key, ByteSize::parse);
  }

  /** What a size in quotes, or a bare number of bytes, means to the parser. */
  <T> Optional<T> size(String key, Function<String, T> parser) {
    return raw(key) instanceof Long bytes && bytes >= 0
        ? parsed(key, atValue(key), bytes.toString(), parser)
        : value(key, "a size in quotes such as \"5GB\"", parser);
  }

  Optional<Boolean> flag(String key) {
    return switch (raw(key)) {
      case null -> Optional.empty();
      case Boolean flag -> Optional.of(flag);
      case Object other -> wrongKind(key, atValue(key), "true or false, without quotes", other);
    };
  }

  Optional<Integer> count(String key, int least) {
    return switch (raw(key)) {
      case null -> Optional.empty();
      case Long count when count >= least && count <= Integer.MAX_VALUE ->
          Optional.of(count.intValue());
      case Long count -> {
        problems.error(
            atValue(key),
            key + ": a number from " + least + " to " + Integer.MAX_VALUE + ", not " + count);
        yield Optional.empty();
      }
      case Object other -> wrongKind(key, atValue(key), "a whole number, without quotes", other);
    };
  }

  /** A list without repetitions; empty if it is not there or holds a mistake. */
  <T> Optional<List<T>> list(String key, String kind, int most, Function<String, T> parser) {
    Object raw = raw(key);
    if (raw == null) {
      return Optional.empty();
    }
    if (!(raw instanceof TomlArray array)) {
      return wrongKind(key, atValue(key), "a list of " + kind + " in [ ]", raw);
    }
    if (array.size() > most) {
      problems.error(atValue(key), key + ": at most " + most + " entries, not " + array.size());
      return Optional.empty();
    }
    List<T> values = new ArrayList<>();
    Set<T> seen = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      Object element = array.get(i);
      TomlPosition at = array.inputPositionOf(i);
      Optional<T> value =
          element instanceof String text
              ? parsed(key, at, text, parser)
              : wrongKind(key, at, "a list of " + kind, element);
      if (value.isPresent() && !seen.add(value.get())) {
        problems.error(at, key + ": \"" + value.get() + "\" is there twice");
      }
      value.ifPresent(values::add);
    }
    return Optional.of(values);
  }

  /** Where an element of a list stands. */
  TomlPosition atElement(String key, int index) {
    return table.get(List.of(key)) instanceof TomlArray array
        ? array.inputPositionOf(index)
        : atValue(key);
  }

  /** A table of texts with free keys. */
  Map<String, String> texts(String key) {
    Map<String, String> values = new LinkedHashMap<>();
    Optional<Section> section = section(key);
    section.ifPresent(
        s -> s.keys().forEach(name -> s.text(name).ifPresent(text -> values.put(name, text))));
    return values;
  }

  /** The section of that name; asked for again, the same, so that its mistakes count once. */
  Optional<Section> section(String key) {
    Optional<Section> known = opened.get(key);
    if (known == null) {
      known = open(key);
      opened.put(key, known);
    }
    return known;
  }

  private Optional<Section> open(String key) {
    Object raw = raw(key);
    if (raw == null) {
      return Optional.empty();
    }
    if (!(raw instanceof TomlTable inner)) {
      return wrongKind(key, atValue(key), "a section [" + key + "]", raw);
    }
    if (inner.size() > limits.listEntries()) {
      problems.error(
          at(key), key + ": at most " + limits.listEntries() + " entries, not " + inner.size());
      return Optional.empty();
    }
    String path = title.isEmpty() ? key : title + "." + key;
    return Optional.of(new Section(inner, path, at(key), schema, problems, limits));
  }

  /** The sections {@code [[key]]}. */
  List<Section> sections(String key, int most) {
    Object raw = raw(key);
    if (raw == null) {
      return List.of();
    }
    if (!(raw instanceof TomlArray array)) {
      wrongKind(key, at(key), "written [[" + key + "]], once for each", raw);
      return List.of();
    }
    if (array.size() > most) {
      problems.error(at(key), "at most " + most + " [[" + key + "]], not " + array.size());
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      TomlPosition at = array.inputPositionOf(i);
      if (array.get(i) instanceof TomlTable inner) {
        sections.add(new Section(inner, key, at, schema, problems, limits));
      } else {
        wrongKind(key, at, "written [[" + key + "]], once for each", array.get(i));
      }
    }
    return sections;
  }

  private @Nullable Object raw(String key) {
    return table.get(List.of(key));
  }

  private <T> Optional<T> parsed(
      String key, TomlPosition at, String text, Function<String, T> parser) {
    if (text.length() > limits.textLength()) {
      problems.error(
          at, key + ": at most " + limits.textLength() + " characters, not " + text.length());
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (InvalidValueException e) {
      problems.error(at, key + ": " + e.getMessage(), e.suggestion());
      return Optional.empty();
    }
  }

  private <T> Optional<T> wrongKind(String key, TomlPosition at, String expected, Object found) {
    problems.error(at, "\"" + key + "\" must be " + expected + ", not " + kindOf(found));
    return Optional.empty();
  }

  private static String kindOf(Object value) {
    return switch (value) {
      case String text -> "a text";
      case Long number -> "the number " + number;
      case Double number -> "the number " + number;
      case Boolean flag -> flag.toString();
      case TomlArray array -> "a list";
      case TomlTable table -> "a section";
      default -> "a date or time";
    };
  }
}
