package dev.perdure.engine;

import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective.Part;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A copy of tensors handed along a chain of members, chunk by chunk: each hands on the chunk before while it takes the next
 * one. However long the chain is, it takes little more time than one copy, and no memory beside the tensors.
 */
final class Broadcast {
    /** Long enough that a message's own cost does not show, short enough that a chain of members fills quickly. */
    static final long CHUNK_BYTES = 4 << 20;

    private Broadcast() {}

    static void run(Collective group, int source, Set<Integer> receivers, List<TensorData> tensors) {
        List<Integer> chain = chain(group.size(), source, receivers);
        int place = chain.indexOf(group.rank());
        if (place < 0) {
            return;
        }
        List<List<MemorySegment>> chunks = chunks(tensors, CHUNK_BYTES);
        boolean first = place == 0;
        boolean last = place + 1 == chain.size();
        String operation = "broadcast from rank " + source;
        for (int step = 0; step <= chunks.size(); step++) {
            // The source has every chunk; the others hand on what the last step brought.
            int handedOn = first ? step : step - 1;
            group.exchange(
                    operation,
                    last ? List.of() : parts(chain.get(place + 1), chunks, handedOn),
                    first ? List.of() : parts(chain.get(place - 1), chunks, step));
        }
    }

    private static List<Part> parts(int member, List<List<MemorySegment>> chunks, int index) {
        return index < 0 || index >= chunks.size()
                ? List.of()
                : chunks.get(index).stream()
                        .map(piece -> new Part(member, piece))
                        .toList();
    }

    private static List<Integer> chain(int size, int source, Set<Integer> receivers) {
        var ranks = new TreeSet<>(receivers);
        ranks.remove(source);
        if (source < 0 || source >= size || !ranks.stream().allMatch(rank -> rank >= 0 && rank < size)) {
            throw new IllegalArgumentException(
                    "broadcast from rank %d to %s (expected: ranks 0 to %d)".formatted(source, receivers, size - 1));
        }
        return Stream.concat(Stream.of(source), ranks.stream()).toList();
    }

    /** Cuts tensors into chunks of at most some bytes, each made of pieces of one tensor or of several. */
    static List<List<MemorySegment>> chunks(List<TensorData> tensors, long bytesMax) {
        List<List<MemorySegment>> chunks = new ArrayList<>();
        List<MemorySegment> chunk = new ArrayList<>();
        long room = bytesMax;
        for (TensorData tensor : tensors) {
            for (long at = 0; at < tensor.bytes(); ) {
                long length = Math.min(room, tensor.bytes() - at);
                chunk.add(tensor.data().asSlice(at, length));
                at += length;
                room -= length;
                if (room == 0) {
                    chunks.add(chunk);
                    chunk = new ArrayList<>();
                    room = bytesMax;
                }
            }
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }
}
