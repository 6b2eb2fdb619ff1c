// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each minor version can do. An operation that a version has but that is not in its table is
 * NOTSUPP.
 */
final class OperationTable {

  /** The highest minor version served. */
  static final int MAX_MINOR = 2;

  private static final Map<Op, Operation> MINOR_0 = minor0();
  private static final Map<Op, Operation> MINOR_1 = minor1();
  private static final Map<Op, Operation> MINOR_2 = minor2();

  private OperationTable() {}

  /** Whether a minor version is served. */
  static boolean serves(int minor) {
    return minor >= 0 && minor <= MAX_MINOR;
  }

  static @Nullable Operation find(int minor, Op op) {
    return switch (minor) {
      case 0 -> MINOR_0.get(op);
      case 1 -> MINOR_1.get(op);
      default -> MINOR_2.get(op);
    };
  }

  private static Map<Op, Operation> minor0() {
    Map<Op, Operation> table = shared();
    Minor0Operations.addTo(table);
    Sequenced.wrap(table);
    return table;
  }

  private static Map<Op, Operation> minor1() {
    Map<Op, Operation> table = shared();
    SessionOperations.addTo(table);
    StateidOperations.addTo(table);
    return table;
  }

  private static Map<Op, Operation> shared() {
    Map<Op, Operation> table = new EnumMap<>(Op.class);
    HandleOperations.addTo(table);
    AttributeOperations.addTo(table);
    NameOperations.addTo(table);
    DirectoryOperations.addTo(table);
    OpenOperations.addTo(table);
    DelegationOperations.addTo(table);
    LockOperations.addTo(table);
    DataOperations.addTo(table);
    return table;
  }

  private static Map<Op, Operation> minor2() {
    Map<Op, Operation> table = new EnumMap<>(minor1());
    RangeOperations.addTo(table);
    XattrOperations.addTo(table);
    return table;
  }
}
