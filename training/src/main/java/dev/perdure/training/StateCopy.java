package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.supervision.Generation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Copies the whole state of one member of a group to others, straight into their live tensors, and holds what arrived
 * against the source's checksum. Members of a group have states of the same names, types and shapes, because they have the
 * same configuration.
 */
final class StateCopy {
    private static final long CHUNK_BYTES = 1 << 30;

    private StateCopy() {}

    /** Brings all members of a team to the state of a generation's source. */
    static void level(Replica replica, Generation next, Team team) {
        replica.enters(Phase.COPY);
        long own = replica.position().orElse(-1);
        List<long[]> positions = team.group().gatherLongs(own);
        long wanted = positions.get(next.source())[0];
        Set<Integer> receivers = new HashSet<>();
        for (int rank = 0; rank < positions.size(); rank++) {
            boolean stale = next.position().isEmpty()
                    || next.notAfter().isPresent()
                    || positions.get(rank)[0] != wanted;
            if (rank != next.source() && stale) {
                receivers.add(rank);
            }
        }
        boolean receives = receivers.contains(team.rank());
        if (receives) {
            replica.losesItsState();
        }
        State copied = run(team.group(), next.source(), receivers, replica.state());
        if (receives) {
            replica.take(copied);
        }
    }

    /**
     * Takes part in a copy; every member of the group calls it, with the same source and receivers.
     *
     * @param own this member's state; a receiver's tensors are overwritten, also when this fails
     * @return the source's state over this member's tensors, for a receiver; {@code own} for the others
     * @throws CollectiveFailedException if a member is gone, or what arrived is not what was sent
     */
    static State run(Collective group, int source, Set<Integer> receivers, State own) {
        if (receivers.isEmpty()) {
            return own;
        }
        boolean sends = group.rank() == source;
        byte[] values = sends ? encode(own) : new byte[0];
        int bytes = Math.toIntExact(group.gatherLongs(values.length).get(source)[0]);
        try (Arena arena = Arena.ofShared()) {
            TensorData image = TensorData.allocate(arena, DType.U8, Shape.of(bytes));
            if (sends) {
                image.data().copyFrom(MemorySegment.ofArray(values));
            }
            List<TensorData> all = new ArrayList<>();
            all.add(image);
            all.addAll(own.tensors().values());
            group.broadcast(source, receivers, all);
            boolean receives = receivers.contains(group.rank());
            long checksum = sends || receives ? checksum(all) : 0;
            long expected = group.gatherLongs(checksum).get(source)[0];
            if (!receives) {
                return own;
            }
            if (checksum != expected) {
                throw new CollectiveFailedException(
                        "state copy",
                        "rank %d of %d".formatted(group.rank(), group.size()),
                        "what arrived has CRC32C %08x (expected: %08x)".formatted(checksum, expected));
            }
            return decode(image.data().toArray(ValueLayout.JAVA_BYTE), own);
        }
    }

    /** Returns the CRC32C of tensors, one after the other. */
    static long checksum(Iterable<TensorData> tensors) {
        var crc = new CRC32C();
        for (TensorData tensor : tensors) {
            for (long at = 0; at < tensor.bytes(); at += CHUNK_BYTES) {
                crc.update(tensor.data()
                        .asSlice(at, Math.min(CHUNK_BYTES, tensor.bytes() - at))
                        .asByteBuffer());
            }
        }
        return crc.getValue();
    }

    private static final char INT = 'i';
    private static final char REAL = 'r';
    private static final char TEXT = 't';
    private static final char BLOB = 'b';

    private static byte[] encode(State state) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (Map.Entry<String, State.Entry> entry : state.entries().entrySet()) {
                encode(out, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void encode(DataOutputStream out, String name, State.Entry entry) throws IOException {
        switch (entry) {
            case State.Entry.Tensor _ -> {}
            case State.Entry.Int(long value) -> begin(out, name, INT).writeLong(value);
            case State.Entry.Real(double value) -> begin(out, name, REAL).writeDouble(value);
            case State.Entry.Text(String text) -> write(begin(out, name, TEXT), text.getBytes(UTF_8));
            case State.Entry.Blob blob -> write(begin(out, name, BLOB), blob.bytes());
        }
    }

    private static DataOutputStream begin(DataOutputStream out, String name, char kind) throws IOException {
        out.writeUTF(name);
        out.writeChar(kind);
        return out;
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static State decode(byte[] image, State own) {
        State.Builder state = State.builder();
        own.tensors().forEach(state::tensor);
        try (var in = new DataInputStream(new ByteArrayInputStream(image))) {
            while (in.available() > 0) {
                String name = in.readUTF();
                switch (in.readChar()) {
                    case INT -> state.integer(name, in.readLong());
                    case REAL -> state.real(name, in.readDouble());
                    case TEXT -> state.text(name, new String(in.readNBytes(in.readInt()), UTF_8));
                    case BLOB -> state.blob(name, in.readNBytes(in.readInt()));
                    default -> throw new IllegalStateException(name + ": what kind of value is this?");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return state.build();
    }
}
