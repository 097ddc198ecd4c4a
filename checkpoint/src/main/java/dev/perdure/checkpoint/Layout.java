package dev.perdure.checkpoint;

import dev.perdure.core.TensorData;
import dev.perdure.format.SafetensorsHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How tensors are laid into objects: a pure function of their names, types, shapes and order, and of the cap. So it is
 * the same at every save, and an object whose tensors did not change has the same bytes and name as before.
 *
 * <p>Tensors are taken in order. A group is closed before it would pass the cap, and where the part of the name up to
 * the last {@code .} or {@code /} changes, once it has an eighth of the cap. A tensor larger than the cap is an object
 * of its own.
 */
final class Layout {
    private static final long SOFT_SHARE = 8;

    private final List<Group> all;
    private final int part;
    private final int parts;
    private final List<Group> groups;

    private Layout(List<Group> all, int part, int parts) {
        this.all = List.copyOf(all);
        this.part = part;
        this.parts = parts;
        long whole = bytes(all);
        long at = 0;
        var own = new ArrayList<Group>();
        for (Group group : all) {
            if (partAt(at + group.bytes() / 2, whole, parts) == part) {
                own.add(group);
            }
            at += group.bytes();
        }
        this.groups = List.copyOf(own);
    }

    /** A group belongs to the part in which its middle lies. */
    private static long partAt(long middle, long whole, int parts) {
        return Math.min(parts - 1, middle / Math.ceilDiv(whole, parts));
    }

    /** One object: its header, and its tensors in order. */
    record Group(byte[] header, List<Slot> slots, long bytes) {}

    /**
     * One tensor.
     *
     * @param index its place among the state's tensors
     * @param offset its first byte, from the start of the object
     */
    record Slot(String name, TensorData like, int index, long offset) {
        long bytes() {
            return like.bytes();
        }
    }

    static Layout of(SequencedMap<String, TensorData> tensors, long objectBytesMax) {
        var groups = new ArrayList<Group>();
        var open = new LinkedHashMap<String, TensorData>();
        int first = 0;
        long bytes = 0;
        String prefix = "";
        for (Map.Entry<String, TensorData> entry : tensors.entrySet()) {
            long more = entry.getValue().bytes();
            boolean full = bytes + more > objectBytesMax;
            boolean boundary = bytes >= objectBytesMax / SOFT_SHARE
                    && !prefix(entry.getKey()).equals(prefix);
            if (!open.isEmpty() && (full || boundary)) {
                groups.add(group(open, first));
                first += open.size();
                open.clear();
                bytes = 0;
            }
            open.put(entry.getKey(), entry.getValue());
            bytes += more;
            prefix = prefix(entry.getKey());
        }
        if (!open.isEmpty()) {
            groups.add(group(open, first));
        }
        return new Layout(groups, 0, 1);
    }

    private static String prefix(String name) {
        return name.substring(0, Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
    }

    private static Group group(SequencedMap<String, TensorData> tensors, int first) {
        byte[] header = SafetensorsHeader.encode(SafetensorsHeader.place(tensors), new LinkedHashMap<>());
        var slots = new ArrayList<Slot>();
        long at = header.length;
        for (Map.Entry<String, TensorData> entry : tensors.entrySet()) {
            slots.add(new Slot(entry.getKey(), entry.getValue(), first + slots.size(), at));
            at += entry.getValue().bytes();
        }
        return new Group(header, List.copyOf(slots), at);
    }

    /** Returns one of several parts: neighbouring objects, about as many bytes in each; all of them are the whole. */
    Layout part(int index, int count) {
        return new Layout(all, index, count);
    }

    List<Group> groups() {
        return groups;
    }

    /** Returns the size of all objects together. */
    long bytes() {
        return bytes(groups);
    }

    private static long bytes(List<Group> groups) {
        return groups.stream().mapToLong(Group::bytes).sum();
    }

    /** Returns whether this is that part of the layout of tensors with these names, types and shapes, in order. */
    boolean fits(SequencedMap<String, TensorData> state, int index, int count) {
        return part == index && parts == count && fits(state);
    }

    boolean fits(SequencedMap<String, TensorData> state) {
        var tensors = state.entrySet().iterator();
        for (Group group : all) {
            for (Slot slot : group.slots()) {
                if (!tensors.hasNext() || !fits(slot, tensors.next())) {
                    return false;
                }
            }
        }
        return !tensors.hasNext();
    }

    private static boolean fits(Slot slot, Map.Entry<String, TensorData> entry) {
        return slot.name().equals(entry.getKey())
                && slot.like().dtype() == entry.getValue().dtype()
                && slot.like().shape().equals(entry.getValue().shape());
    }
}
