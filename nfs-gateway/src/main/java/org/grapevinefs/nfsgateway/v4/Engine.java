// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.rpc.BufferPool;
import org.grapevinefs.nfsgateway.rpc.ReplyCache;

/**
 * What all compounds share.
 *
 * @param exports what is served
 * @param handles the making and reading of file handles
 * @param state clients, sessions, opens and locks
 * @param limits bounds
 * @param serverName this server, told from all others: clients take two addresses with one name for
 *     one server
 * @param counters operations counted
 * @param replies the last answers of minor version 0
 * @param buffers where large answers are put
 */
record Engine(
    ExportTable exports,
    FileHandles handles,
    StateTable state,
    Limits limits,
    byte[] serverName,
    OperationCounters counters,
    ReplyCache replies,
    BufferPool buffers) {}
