// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * The log's set-up: one line an event on stderr, without stack traces; {@code
 * -Dgrapevine.log.level=DEBUG} shows more, traces too, {@code -Dgrapevine.log.file=FILE} writes
 * elsewhere. In code, since reading an XML file would slow every command's start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %msg";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty("grapevine.log.level"), Level.INFO);
    boolean traces = level.levelInt <= Level.DEBUG_INT;
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE + (traces ? " [%logger{20} %thread]%n%ex" : "%nopex%n"));
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = appender();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    context.getLogger("ROOT").setLevel(level.levelInt < Level.WARN_INT ? Level.WARN : level);
    context.getLogger("org.grapevinefs").setLevel(level);
    context.getLogger("grapevine").setLevel(level);
    if (!traces) {
      // The event log tells of peers, with the names of this node and theirs.
      context.getLogger("org.grapevinefs.gossip").setLevel(Level.WARN);
      context.getLogger("io.netty").setLevel(Level.ERROR);
      context.getLogger("io.grpc").setLevel(Level.ERROR);
    }
    context.getLogger("ROOT").addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static OutputStreamAppender<ILoggingEvent> appender() {
    String file = System.getProperty("grapevine.log.file");
    if (file != null) {
      FileAppender<ILoggingEvent> appender = new FileAppender<>();
      appender.setFile(file);
      appender.setAppend(true);
      return appender;
    }
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setTarget("System.err");
    return appender;
  }
}
