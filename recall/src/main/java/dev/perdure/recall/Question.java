package dev.perdure.recall;

/**
 * What was asked.
 *
 * @param model the digest of everything that the answer comes from: another model has other answers
 * @param input the digest of the input; only equal inputs have it
 */
public record Question(String model, String input) {
    public Question {
        if (model.isEmpty() || input.isEmpty()) {
            throw new IllegalArgumentException(
                    "question: model '%s', input '%s' (expected: digests)".formatted(model, input));
        }
    }
}
