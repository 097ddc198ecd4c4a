package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Tensor;
import java.util.List;
import java.util.Optional;

/** What becomes of a request. */
sealed interface Reply {
    /** It is answered, by one or more. */
    record Answered(List<Piece> pieces) implements Reply {
        public Answered {
            pieces = List.copyOf(pieces);
        }
    }

    /** Who was to answer it is not there any more: it is to ask anew, and nothing has been done. */
    record Moved() implements Reply {}

    /** It is not. */
    record Failed(OipException why) implements Reply {}

    /**
     * What answered some items.
     *
     * @param by the version that is answered for
     * @param reason why it was not answered by the model that was asked; empty when it was
     * @param items that count, ascending
     * @param given items that the outputs are of, ascending
     * @param inner their distances in an inner layer, and perhaps what it gives, as {@link InnerLayer} has it
     */
    record Piece(
            AnswerTier tier,
            ModelId by,
            String reason,
            List<Integer> items,
            List<Integer> given,
            List<Tensor> outputs,
            Optional<Tensor> inner) {
        public Piece {
            items = List.copyOf(items);
            given = List.copyOf(given);
            outputs = List.copyOf(outputs);
        }
    }
}
