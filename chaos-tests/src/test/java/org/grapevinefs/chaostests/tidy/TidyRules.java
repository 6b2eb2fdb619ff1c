// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The rules for one file. Each gives a line of text for every breach, and none when all is well.
 */
final class TidyRules {

  static final int LONGEST_FILE = 600;
  static final int LONGEST_METHOD = 60;
  static final int WIDEST_LINE = 110;
  static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";

  /** Words that tell of a class that does everything, or of nothing in particular. */
  static final Set<String> VAGUE_ENDINGS = Set.of("Impl", "Manager", "Helper", "Util", "Utils");

  private static final Pattern LEFTOVER =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b(?!\\([^)]+\\):? \\S+)");
  private static final Pattern CODE_IN_COMMENT =
      Pattern.compile(
          "^\\s*//\\s*(?:.*[\\w)\\]\"]\\s*;|\\}|(?:if|for|while|switch|try)\\b.*\\{)\\s*$");
  private static final Pattern SLEEP = Pattern.compile("(?<!\\.)\\bThread\\s*\\.\\s*sleep\\b");

  private TidyRules() {}

  static List<String> licence(JavaSource source) {
    return source.text().startsWith(LICENCE + "\n")
        ? List.of()
        : List.of(source.path() + ":1: the first line must be " + LICENCE);
  }

  static List<String> size(JavaSource source) {
    List<String> found = new ArrayList<>();
    List<String> lines = source.lines();
    if (lines.size() > LONGEST_FILE) {
      found.add(
          source.path() + ": " + lines.size() + " lines, at most " + LONGEST_FILE + " are allowed");
    }
    for (int i = 0; i < lines.size(); i++) {
      int width = lines.get(i).codePointCount(0, lines.get(i).length());
      if (width > WIDEST_LINE) {
        found.add(at(source, i) + width + " columns, at most " + WIDEST_LINE + " are allowed");
      }
    }
    return found;
  }

  /**
   * A note of work left must say who or what it waits for, in brackets, and then what is to be
   * done.
   */
  static List<String> leftovers(JavaSource source) {
    return matching(source, LEFTOVER, "a note of work left that names no reason");
  }

  static List<String> deadCode(JavaSource source) {
    return matching(source, CODE_IN_COMMENT, "code in a comment");
  }

  static List<String> sleepsInTests(JavaSource source) {
    return source.isTest()
        ? matching(source, SLEEP, "a test waits by the clock; use Awaitility")
        : List.of();
  }

  /** Long methods and vague class names, as the compiler's own parser sees them. */
  static List<String> shapes(JavaSource source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> found = new ArrayList<>();
    JavacTask task =
        (JavacTask)
            compiler.getTask(
                null,
                null,
                diagnostic -> {
                  if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                    found.add(
                        source.path()
                            + ":"
                            + diagnostic.getLineNumber()
                            + ": not Java: "
                            + diagnostic);
                  }
                },
                List.of("-proc:none"),
                null,
                List.of(new InMemory(source)));
    try {
      for (CompilationUnitTree unit : task.parse()) {
        new Shapes(source, unit, Trees.instance(task).getSourcePositions(), found).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static List<String> matching(JavaSource source, Pattern pattern, String complaint) {
    List<String> found = new ArrayList<>();
    List<String> lines = source.lines();
    for (int i = 0; i < lines.size(); i++) {
      if (pattern.matcher(lines.get(i)).find()) {
        found.add(at(source, i) + complaint + ": " + lines.get(i).strip());
      }
    }
    return found;
  }

  private static String at(JavaSource source, int line) {
    return source.path() + ":" + (line + 1) + ": ";
  }

  private static final class InMemory extends SimpleJavaFileObject {
    private final String text;

    InMemory(JavaSource source) {
      super(URI.create("string:///" + source.path()), Kind.SOURCE);
      this.text = source.text();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Shapes extends TreeScanner<Void, Void> {
    private final JavaSource source;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> found;

    Shapes(
        JavaSource source,
        CompilationUnitTree unit,
        SourcePositions positions,
        List<String> found) {
      this.source = source;
      this.unit = unit;
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      String name = type.getSimpleName().toString();
      for (String ending : VAGUE_ENDINGS) {
        if (name.endsWith(ending)) {
          found.add(
              source.path()
                  + ":"
                  + firstLine(type)
                  + ": name "
                  + name
                  + " after its job, not "
                  + ending);
        }
      }
      return super.visitClass(type, null);
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      long length = lastLine(method) - firstLine(method) + 1;
      if (length > LONGEST_METHOD) {
        found.add(
            "%s:%d: %s has %d lines, at most %d are allowed"
                .formatted(
                    source.path(), firstLine(method), method.getName(), length, LONGEST_METHOD));
      }
      return super.visitMethod(method, null);
    }

    private long firstLine(Tree tree) {
      LineMap map = unit.getLineMap();
      return map.getLineNumber(positions.getStartPosition(unit, tree));
    }

    private long lastLine(Tree tree) {
      long end = positions.getEndPosition(unit, tree);
      return end < 0 ? firstLine(tree) : unit.getLineMap().getLineNumber(end);
    }
  }
}
