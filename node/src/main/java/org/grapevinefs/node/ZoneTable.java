// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.nfsgateway.AddressRange;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.Exports;
import org.grapevinefs.nfsgateway.Squash;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.zonesconfig.AccessRules;
import org.grapevinefs.zonesconfig.Cidr;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneName;

/**
 * The zones that this node serves right now, brought in line with the configuration whenever that
 * changes. Safe for any thread; changes come one at a time.
 */
final class ZoneTable implements Exports, AutoCloseable {

  /** How zones begin, and take changes that need no new beginning. */
  interface Opener {
    /** Opens a zone as its file says; what cannot be opened is {@link ServedZone.Failed}. */
    ServedZone open(ZoneConfig config);

    /** Puts another quota, durability or access into force. */
    ServedZone adjust(ServedZone.Held zone, ZoneConfig config);

    /** Forgets a zone that has ended and will not begin again. */
    void forget(ZoneConfig config);
  }

  private final NodeName self;
  private final Opener opener;
  private final EventLog events;
  private volatile SortedMap<ZoneName, ServedZone> zones = new TreeMap<>();
  private volatile List<Export> exports = List.of();

  ZoneTable(NodeName self, Opener opener, EventLog events) {
    this.self = self;
    this.opener = opener;
    this.events = events;
  }

  /** Brings what is served in line with what is wanted. */
  synchronized void apply(SortedMap<ZoneName, ZoneConfig> wanted) {
    SortedMap<ZoneName, ServedZone> next = new TreeMap<>(zones);
    for (ServedZone zone : zones.values()) {
      ZoneConfig config = wanted.get(zone.config().name());
      if (config == null) {
        end(zone);
        opener.forget(zone.config());
        next.remove(zone.config().name());
        events.info(zone.config().name().value(), "", "no longer served: its file is gone");
        publish(next);
      }
    }
    wanted.forEach((name, config) -> {
      ServedZone old = next.get(name);
      ServedZone fresh = next(old, config);
      next.put(name, fresh);
      if (!fresh.equals(old)) {
        publish(next);
      }
      tell(old, fresh);
    });
  }

  /** Tries once more what could not be opened. */
  synchronized void retryFailed() {
    SortedMap<ZoneName, ServedZone> next = new TreeMap<>(zones);
    for (ServedZone zone : zones.values()) {
      if (zone instanceof ServedZone.Failed failed) {
        ServedZone fresh = opener.open(failed.config());
        next.put(failed.config().name(), fresh);
        publish(next);
        tell(failed, fresh);
      }
    }
  }

  /** Opens anew those that stopped writing, if they are due. */
  synchronized void reopen(Predicate<ServedZone.Held> due) {
    SortedMap<ZoneName, ServedZone> next = new TreeMap<>(zones);
    for (ServedZone zone : zones.values()) {
      if (zone instanceof ServedZone.Held held && due.test(held)) {
        String name = held.config().name().value();
        events.warn(name, "", "its disk takes writes again: it is opened anew");
        ServedZone fresh = reopen(held, held.config());
        next.put(held.config().name(), fresh);
        publish(next);
        tell(null, fresh);
      }
    }
  }

  private ServedZone next(@org.jspecify.annotations.Nullable ServedZone old, ZoneConfig config) {
    return switch (old) {
      case null -> opener.open(config);
      case ServedZone.Failed failed -> opener.open(config);
      case ServedZone.Refused refused -> opener.open(config);
      case ServedZone.Held held when config.equals(held.config()) -> held;
      case ServedZone.Held held when keepsPlace(held.config(), config) ->
          opener.adjust(held, config);
      case ServedZone.Held held -> reopen(held, config);
      case ServedZone.Through through when config.equals(through.config()) -> through;
      case ServedZone.Through through
          when config.members().equals(through.config().members()) && config.mayServe(self) ->
          new ServedZone.Through(config, through.files(), through.end());
      case ServedZone.Through through -> reopen(through, config);
    };
  }

  private boolean keepsPlace(ZoneConfig old, ZoneConfig config) {
    return config.hasMember(self)
        && config.type() == old.type()
        && java.util.Objects.equals(config.placement().get(self), old.placement().get(self));
  }

  private ServedZone reopen(ServedZone old, ZoneConfig config) {
    end(old);
    return opener.open(config);
  }

  private void tell(@org.jspecify.annotations.Nullable ServedZone old, ServedZone fresh) {
    String zone = fresh.config().name().value();
    switch (fresh) {
      case ServedZone.Failed failed -> {
        if (!(old instanceof ServedZone.Failed before) || !isSame(before.why(), failed.why())) {
          events.error(zone, "", failed.why());
        }
      }
      case ServedZone.Held held -> {
        if (!(old instanceof ServedZone.Held)) {
          events.info(zone, "", "held here, in " + held.folder());
        } else if (!fresh.equals(old)) {
          events.info(zone, "", "its new settings are in force");
        }
      }
      case ServedZone.Through through -> {
        if (!(old instanceof ServedZone.Through)) {
          events.info(zone, "", "served through its members");
        } else if (!fresh.equals(old)) {
          events.info(zone, "", "its new settings are in force");
        }
      }
      case ServedZone.Refused refused -> {
        if (!(old instanceof ServedZone.Refused)) {
          events.info(zone, "", "not served here: [access] nodes does not name this node");
        }
      }
    }
  }

  /** Some words have a time or a number in them that is another at each try. */
  private static boolean isSame(String before, String now) {
    return before.replaceAll("[0-9]+", "#").equals(now.replaceAll("[0-9]+", "#"));
  }

  private void publish(SortedMap<ZoneName, ServedZone> next) {
    List<Export> list = new ArrayList<>();
    for (ServedZone zone : next.values()) {
      switch (zone) {
        case ServedZone.Held held -> list.add(export(held.config(), held.files()));
        case ServedZone.Through through -> list.add(export(through.config(), through.files()));
        case ServedZone.Refused refused -> {}
        case ServedZone.Failed failed -> {}
      }
    }
    zones = new TreeMap<>(next);
    exports = List.copyOf(list);
  }

  private static Export export(ZoneConfig config, ZoneFileSystem files) {
    ZoneId id = ZoneId.ofName(config.name().value());
    AccessRules access = config.access();
    return new Export(
        config.name().value(),
        new UUID(id.high(), id.low()),
        files,
        Stream.concat(access.clients().stream(), access.readOnly().stream())
            .map(ZoneTable::range)
            .toList(),
        access.readOnly().stream().map(ZoneTable::range).toList(),
        switch (access.squash()) {
          case ROOT -> Squash.ROOT;
          case ALL -> Squash.ALL;
          case NONE -> Squash.NONE;
        },
        Export.NOBODY,
        Export.NOBODY);
  }

  private static AddressRange range(Cidr cidr) {
    return new AddressRange(cidr.address(), cidr.prefix());
  }

  @Override
  public List<Export> list() {
    return exports;
  }

  /** All zones, by name. */
  List<ServedZone> all() {
    return List.copyOf(zones.values());
  }

  /** One zone. */
  Optional<ServedZone> find(String name) {
    return zones.values().stream().filter(z -> z.config().name().value().equals(name)).findFirst();
  }

  private void end(ServedZone zone) {
    AutoCloseable end =
        switch (zone) {
          case ServedZone.Held held -> held.end();
          case ServedZone.Through through -> through.end();
          case ServedZone.Refused refused -> () -> {};
          case ServedZone.Failed failed -> () -> {};
        };
    try {
      end.close();
    } catch (Exception e) {
      events.error(zone.config().name().value(), "", "did not stop cleanly: " + e.getMessage());
    }
  }

  /** Stops all zones, with versions written. */
  @Override
  public synchronized void close() {
    zones.values().forEach(this::end);
    publish(new TreeMap<>());
  }
}
