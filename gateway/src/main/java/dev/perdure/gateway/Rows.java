package dev.perdure.gateway;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.oip.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Tensors as the items of a batch: the outermost dimension counts them. All have elements of one size. */
final class Rows {
    private Rows() {}

    static List<Tensor> tensors(SequencedMap<String, TensorData> tensors) {
        return tensors.entrySet().stream()
                .map(entry -> Tensor.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    static SequencedMap<String, TensorData> data(List<Tensor> tensors) {
        var data = new LinkedHashMap<String, TensorData>();
        tensors.forEach(tensor -> data.put(tensor.name(), data(tensor)));
        return data;
    }

    static TensorData data(Tensor tensor) {
        return new TensorData(tensor.datatype().dtype().orElseThrow(), tensor.shape(), tensor.data());
    }

    /** Returns the bytes of one item: a view. */
    static MemorySegment row(Tensor tensor, int row) {
        long bytes = bytes(tensor);
        return tensor.data().asSlice(row * bytes, bytes);
    }

    private static long bytes(Tensor tensor) {
        return tensor.data().byteSize() / tensor.shape().size(0);
    }

    /** Returns some items of each tensor, in the order given: the tensors themselves when it is all of them. */
    static List<Tensor> take(List<Tensor> tensors, List<Integer> rows) {
        return tensors.stream().map(tensor -> take(tensor, rows)).toList();
    }

    private static Tensor take(Tensor tensor, List<Integer> rows) {
        if (isAll(rows, tensor.shape().size(0))) {
            return tensor;
        }
        byte[] bytes = new byte[Math.toIntExact(rows.size() * bytes(tensor))];
        for (int i = 0; i < rows.size(); i++) {
            put(row(tensor, rows.get(i)), bytes, i);
        }
        return with(tensor, rows.size(), bytes);
    }

    private static boolean isAll(List<Integer> rows, long size) {
        if (rows.size() != size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (rows.get(i) != i) {
                return false;
            }
        }
        return true;
    }

    /** Writes an item to its place among items of the same size. */
    static void put(MemorySegment row, byte[] bytes, int place) {
        MemorySegment.copy(
                row, ValueLayout.JAVA_BYTE, 0, bytes, Math.toIntExact(place * row.byteSize()), (int) row.byteSize());
    }

    /** Returns a tensor like this one, of so many items with these bytes. */
    static Tensor with(Tensor like, int rows, byte[] bytes) {
        long[] sizes = like.shape().toArray();
        sizes[0] = rows;
        return new Tensor(like.name(), like.datatype(), Shape.of(sizes), MemorySegment.ofArray(bytes));
    }
}
