package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.dot;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The length of a long vector, in double precision and in an order that never changes. */
final class Norms {
    /** Values taken at once: small enough for a core's cache in double precision. */
    private static final long PIECE = 1 << 16;

    private Norms() {}

    static double l2(Tensor vector) {
        double squares = 0;
        for (long at = 0; at < vector.numel(); at += PIECE) {
            try (var _ = new PointerScope()) {
                Tensor piece = vector.narrow(0, at, Math.min(PIECE, vector.numel() - at))
                        .to(ScalarType.Double);
                squares += dot(piece, piece).item_double();
            }
        }
        return Math.sqrt(squares);
    }
}
