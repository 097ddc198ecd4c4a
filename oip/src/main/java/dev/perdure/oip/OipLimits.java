package dev.perdure.oip;

/**
 * How much a request may hold. Whatever is more is refused before memory is taken for it.
 *
 * @param bodyBytesMax a body, before and after it is decompressed, and a gRPC message
 * @param headerBytesMax the JSON before binary data
 * @param tensorsMax inputs, and requested outputs
 * @param elementsMax elements of one tensor
 * @param dimensionsMax dimensions of one tensor
 * @param batchMax the first dimension of an input
 * @param parametersMax parameters of a request, and of each of its tensors
 * @param textCharactersMax an id, a name, the name or value of a parameter
 */
public record OipLimits(
        int bodyBytesMax,
        int headerBytesMax,
        int tensorsMax,
        long elementsMax,
        int dimensionsMax,
        long batchMax,
        int parametersMax,
        int textCharactersMax) {

    /** 64 MiB, 8 MiB before binary data, 1,024 tensors of 64 Mi elements in 16 dimensions. */
    public static final OipLimits DEFAULT = new OipLimits(64 << 20, 8 << 20, 1024, 64 << 20, 16, 64 << 20, 64, 1 << 16);

    public OipLimits {
        within("bodyBytesMax", 1024, bodyBytesMax, 1 << 30);
        within("headerBytesMax", 1024, headerBytesMax, 1 << 30);
        within("tensorsMax", 1, tensorsMax, 1 << 20);
        within("elementsMax", 1, elementsMax, 1L << 30);
        within("dimensionsMax", 1, dimensionsMax, 24);
        within("batchMax", 1, batchMax, 1L << 30);
        within("parametersMax", 1, parametersMax, 1 << 16);
        within("textCharactersMax", 16, textCharactersMax, 1 << 20);
    }

    private static void within(String name, long min, long value, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: %d to %d)".formatted(name, value, min, max));
        }
    }
}
