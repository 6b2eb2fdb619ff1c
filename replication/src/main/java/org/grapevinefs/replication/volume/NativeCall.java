// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The linking of libc functions, each bound with the capture of {@code errno}, and each thread's
 * scratch memory.
 */
final class NativeCall {

  /** The longest path component with its NUL, and the longest link target. */
  static final int NAME_BYTES = 4_096;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private NativeCall() {}

  static MethodHandle bind(String name, ValueLayout result, MemoryLayout... arguments) {
    return bind(name, -1, result, arguments);
  }

  /**
   * Binds a function whose arguments from {@code firstVariadic} on are the {@code ...} of its C
   * declaration.
   */
  static MethodHandle bind(
      String name, int firstVariadic, ValueLayout result, MemoryLayout... arguments) {
    List<Linker.Option> options = new ArrayList<>();
    options.add(Linker.Option.captureCallState("errno"));
    if (firstVariadic >= 0) {
      options.add(Linker.Option.firstVariadicArg(firstVariadic));
    }
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("no " + name + " in this libc"));
    return LINKER.downcallHandle(
        address, FunctionDescriptor.of(result, arguments), options.toArray(Linker.Option[]::new));
  }

  /** One thread's memory for the arguments and results of a call; freed with the thread. */
  static final class Scratch {
    private static final int MAX_KEPT = 1 << 20;
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final MemorySegment state;
    final MemorySegment name;
    final MemorySegment otherName;
    final MemorySegment struct;
    private MemorySegment bytes;

    private Scratch() {
      Arena arena = Arena.ofAuto();
      state = arena.allocate(STATE);
      name = arena.allocate(NAME_BYTES);
      otherName = arena.allocate(NAME_BYTES);
      struct = arena.allocate(512, 16);
      bytes = MemorySegment.NULL;
    }

    static Scratch get() {
      return OF_THREAD.get();
    }

    int errno() {
      return state.get(JAVA_INT, ERRNO_OFFSET);
    }

    MemorySegment name(byte[] value) throws PosixException {
      return put(name, value);
    }

    MemorySegment otherName(byte[] value) throws PosixException {
      return put(otherName, value);
    }

    private static MemorySegment put(MemorySegment place, byte[] value) throws PosixException {
      if (value.length >= NAME_BYTES) {
        throw new PosixException("name", PosixException.ENAMETOOLONG);
      }
      MemorySegment.copy(value, 0, place, ValueLayout.JAVA_BYTE, 0, value.length);
      place.set(ValueLayout.JAVA_BYTE, value.length, (byte) 0);
      return place;
    }

    /** Memory for data; larger than 1 MiB is not kept. */
    MemorySegment bytes(int length) {
      if (length > MAX_KEPT) {
        return Arena.ofAuto().allocate(length);
      }
      if (bytes.byteSize() < length) {
        int rounded = Math.max(65_536, Integer.highestOneBit(Math.max(1, length - 1)) << 1);
        bytes = Arena.ofAuto().allocate(Math.min(rounded, MAX_KEPT));
      }
      return bytes;
    }
  }
}
