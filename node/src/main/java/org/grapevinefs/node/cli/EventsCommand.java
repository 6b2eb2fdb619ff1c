// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.WatchEventsRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code grapevine events}. */
@Command(name = "events", description = "What happened on the node, oldest first.")
final class EventsCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @Option(names = "--follow", description = "And then as it happens, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "0",
      description = "Only the last N (default: all that are kept).")
  private int last;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  EventsCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    WatchEventsRequest request =
        WatchEventsRequest.newBuilder().setFollow(follow).setLast(Math.max(0, last)).build();
    List<Event> all = new ArrayList<>();
    client.askForever(stub -> {
      Iterator<Event> events = stub.watchEvents(request);
      while (events.hasNext()) {
        Event event = events.next();
        if (format.format() == Format.TABLE) {
          print(line(event) + "\n");
        } else if (follow) {
          // One document an event, for a reader that cannot wait for the end.
          print(
              (format.format() == Format.YAML ? "---\n" : "")
                  + Output.render(format.format(), Views.event(event)));
        } else {
          all.add(event);
        }
      }
      return all;
    });
    if (format.format() != Format.TABLE && !follow) {
      print(
          Output.render(
              format.format(), Map.of("events", all.stream().map(Views::event).toList())));
    }
    return Grapevine.DONE;
  }

  private static String line(Event event) {
    StringBuilder line = new StringBuilder();
    line.append(Instant.ofEpochMilli(event.getWhenMillis()).truncatedTo(ChronoUnit.MILLIS));
    line.append(' ').append(event.getLevel());
    append(line, "zone", event.getZone());
    append(line, "peer", event.getPeer());
    append(line, "path", event.getPath());
    return line.append(' ').append(event.getText()).toString();
  }

  private static void append(StringBuilder line, String name, String value) {
    if (!value.isEmpty()) {
      line.append(' ').append(name).append('=').append(value);
    }
  }
}
