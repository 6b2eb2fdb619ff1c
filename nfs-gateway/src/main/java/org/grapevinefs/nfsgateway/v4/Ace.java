// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * One entry of an access control list of version 4 (RFC 7530, section 6.2; RFC 8881, section 6.2).
 *
 * @param denies whether it denies rights; else it allows them
 * @param inheritance to what it is handed down: bits of {@link #INHERITANCE}
 * @param mask the rights
 * @param who whom it is about
 */
record Ace(boolean denies, int inheritance, int mask, Who who) {

  /** What ACLSUPPORT says: there are entries that allow, and such that deny. */
  static final int SUPPORTED = 0x3;

  static final int READ_DATA = 0x1;
  static final int WRITE_DATA = 0x2;
  static final int APPEND_DATA = 0x4;
  static final int EXECUTE = 0x20;
  static final int DELETE_CHILD = 0x40;
  static final int READ_ATTRIBUTES = 0x80;
  static final int WRITE_ATTRIBUTES = 0x100;
  static final int READ_ACL = 0x2_0000;
  static final int WRITE_ACL = 0x4_0000;
  static final int WRITE_OWNER = 0x8_0000;
  static final int SYNCHRONIZE = 0x10_0000;
  private static final int KNOWN_RIGHTS = 0x1f_07ff;

  /** To files and directories made below. */
  static final int TO_ALL = 0x3;

  /** Only to those: it says nothing of the directory itself. */
  static final int ONLY_BELOW = 0x8;

  static final int INHERITANCE = TO_ALL | ONLY_BELOW;
  private static final int OF_GROUP = 0x40;
  private static final int KNOWN_FLAGS = 0xff;

  private static final int ALLOW = 0;
  private static final int DENY = 1;
  private static final int LAST_TYPE = 3;

  /** Kinds of those whom an entry can be about. */
  enum Kind {
    OWNER,
    GROUP,
    EVERYONE,
    USER,
    NAMED_GROUP
  }

  /**
   * Whom an entry is about.
   *
   * @param kind of what kind
   * @param id the number of a user or group, unsigned; else 0
   */
  record Who(Kind kind, int id) {

    static final Who OWNER = new Who(Kind.OWNER, 0);
    static final Who GROUP = new Who(Kind.GROUP, 0);
    static final Who EVERYONE = new Who(Kind.EVERYONE, 0);

    private static final byte[] OWNER_TEXT = "OWNER@".getBytes(US_ASCII);
    private static final byte[] GROUP_TEXT = "GROUP@".getBytes(US_ASCII);
    private static final byte[] EVERYONE_TEXT = "EVERYONE@".getBytes(US_ASCII);

    static Who user(int id) {
      return new Who(Kind.USER, id);
    }

    static Who group(int id) {
      return new Who(Kind.NAMED_GROUP, id);
    }

    boolean isGroup() {
      return kind == Kind.GROUP || kind == Kind.NAMED_GROUP;
    }

    private byte[] text() {
      return switch (kind) {
        case OWNER -> OWNER_TEXT;
        case GROUP -> GROUP_TEXT;
        case EVERYONE -> EVERYONE_TEXT;
        case USER, NAMED_GROUP -> PrincipalNumber.text(id);
      };
    }

    /** The flag of groups counts only beside a number. */
    private static Who decode(byte[] text, boolean group) throws NfsException {
      if (text.length > 0 && text[text.length - 1] == '@') {
        return switch (new String(text, US_ASCII)) {
          case "OWNER@" -> OWNER;
          case "GROUP@" -> GROUP;
          case "EVERYONE@" -> EVERYONE;
          default -> throw new NfsException(NfsStatus.BADOWNER);
        };
      }
      int id = PrincipalNumber.parse(text);
      if (id == -1) {
        throw new NfsException(NfsStatus.BADOWNER);
      }
      return group ? group(id) : user(id);
    }
  }

  void encode(XdrWriter out) {
    out.int32(denies ? DENY : ALLOW);
    out.int32(inheritance | (who.isGroup() ? OF_GROUP : 0));
    out.int32(mask).opaque(who.text());
  }

  /** Reads one; what no POSIX list can say is refused. */
  static Ace decode(XdrReader in) throws BadXdrException, NfsException {
    int type = in.int32();
    int flags = in.int32();
    int mask = in.int32();
    byte[] text = in.opaque(PrincipalNumber.MAX_TEXT);
    boolean unknown = type < 0 || type > LAST_TYPE;
    if (unknown || (flags & ~KNOWN_FLAGS) != 0 || (mask & ~KNOWN_RIGHTS) != 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    int inheritance = flags & INHERITANCE;
    int below = flags & TO_ALL;
    // A default list holds for files and directories alike, and for all that are further down.
    boolean either = below != 0 && below != TO_ALL;
    if (type > DENY || (flags & ~(INHERITANCE | OF_GROUP)) != 0 || either) {
      throw new NfsException(NfsStatus.ATTRNOTSUPP);
    }
    return new Ace(type == DENY, inheritance, mask, Who.decode(text, (flags & OF_GROUP) != 0));
  }

  boolean isInherited() {
    return (inheritance & TO_ALL) != 0;
  }

  /** Whether it says something of the file itself. */
  boolean isOfItself() {
    return (inheritance & ONLY_BELOW) == 0;
  }

  /** The same, as it is in the list of what inherited it. */
  Ace inheritedOnce() {
    return inheritance == 0 ? this : new Ace(denies, 0, mask, who);
  }
}
