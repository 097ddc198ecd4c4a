package dev.perdure.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * How the bytes of some objects are read: in stretches that threads take one after the other. Large tensors are read in
 * stretches of whole checksum blocks; consecutive small ones together, so that 20,000 tensors are not 20,000 reads.
 */
final class ReadPlan {
    private static final long STRETCH_BYTES = 8L * Checksums.BLOCK_BYTES;

    /** Tensors up to this size are read together with their neighbours. */
    static final long SMALL_BYTES = 1 << 18;

    /** The most that is read together. */
    static final long TOGETHER_BYTES = Checksums.BLOCK_BYTES;

    private ReadPlan() {}

    /** A stretch of an object to be read. */
    sealed interface Stretch {
        Manifest.ObjectRef object();

        /** The safetensors header. */
        record Header(Manifest.ObjectRef object) implements Stretch {}

        /** Whole checksum blocks of one tensor, from a byte of it on. */
        record Part(Manifest.ObjectRef object, Manifest.Entry.Tensor tensor, long from, long bytes)
                implements Stretch {}

        /** Whole small tensors that lie one after the other. */
        record Together(Manifest.ObjectRef object, List<Manifest.Entry.Tensor> tensors, long offset, long bytes)
                implements Stretch {}
    }

    static List<Stretch> of(Manifest manifest, List<Manifest.ObjectRef> objects) {
        var byObject = new ArrayList<List<Manifest.Entry.Tensor>>();
        manifest.objects().forEach(_ -> byObject.add(new ArrayList<>()));
        manifest.tensors().forEach(tensor -> byObject.get(tensor.object()).add(tensor));
        var stretches = new ArrayList<Stretch>();
        for (int i = 0; i < byObject.size(); i++) {
            Manifest.ObjectRef object = manifest.objects().get(i);
            if (objects.contains(object)) {
                stretches.add(new Stretch.Header(object));
                addTensors(object, byObject.get(i), stretches);
            }
        }
        return stretches;
    }

    private static void addTensors(
            Manifest.ObjectRef object, List<Manifest.Entry.Tensor> tensors, List<Stretch> stretches) {
        List<Manifest.Entry.Tensor> together = new ArrayList<>();
        long bytes = 0;
        for (Manifest.Entry.Tensor tensor : tensors) {
            boolean small = tensor.bytes() <= SMALL_BYTES;
            if (!together.isEmpty() && (!small || bytes + tensor.bytes() > TOGETHER_BYTES)) {
                stretches.add(together(object, together, bytes));
                together = new ArrayList<>();
                bytes = 0;
            }
            if (small) {
                together.add(tensor);
                bytes += tensor.bytes();
            } else {
                addParts(object, tensor, stretches);
            }
        }
        if (!together.isEmpty()) {
            stretches.add(together(object, together, bytes));
        }
    }

    private static Stretch together(Manifest.ObjectRef object, List<Manifest.Entry.Tensor> tensors, long bytes) {
        return new Stretch.Together(
                object, List.copyOf(tensors), tensors.getFirst().offset(), bytes);
    }

    private static void addParts(Manifest.ObjectRef object, Manifest.Entry.Tensor tensor, List<Stretch> stretches) {
        for (long from = 0; from < tensor.bytes(); from += STRETCH_BYTES) {
            stretches.add(new Stretch.Part(object, tensor, from, Math.min(STRETCH_BYTES, tensor.bytes() - from)));
        }
    }
}
