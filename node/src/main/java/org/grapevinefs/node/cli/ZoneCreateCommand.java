// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.CreateZoneResponse;
import org.grapevinefs.zonesconfig.ByteSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code grapevine zone create}. */
@Command(
    name = "create",
    description =
        "Makes a zone: writes its file on the node asked. Other members need the same file.")
final class ZoneCreateCommand extends AdminCommand {
  @Parameters(paramLabel = "ZONE", description = "The new zone's name.")
  private String name;

  @Option(
      names = "--size",
      required = true,
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Its quota, as in 1GB or 512MB.")
  private ByteSize size;

  @Option(
      names = "--members",
      split = ",",
      paramLabel = "NODE",
      description = "The nodes that keep it (default: the node asked).")
  private List<String> members = new ArrayList<>();

  @Option(
      names = "--type",
      defaultValue = "filesystem",
      paramLabel = "TYPE",
      description = "filesystem or memory (default: filesystem).")
  private String type;

  @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A word for filters.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--description", defaultValue = "", description = "A line for people.")
  private String description;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ZoneCreateCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    CreateZoneRequest request =
        CreateZoneRequest.newBuilder()
            .setName(name)
            .setSizeBytes(size.bytes())
            .addAllMembers(members)
            .setType(type)
            .putAllLabels(labels)
            .setDescription(description)
            .build();
    CreateZoneResponse answer = client.ask(stub -> stub.createZone(request));
    out().println("zone " + name + " is in force; its file is " + answer.getFile());
    answer.getWarningsList().forEach(out()::println);
    out().flush();
    return Grapevine.DONE;
  }

  /** A size as config files write it. */
  static final class SizeConverter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String text) {
      try {
        return ByteSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
