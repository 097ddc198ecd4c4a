package dev.perdure.engine;

import dev.perdure.core.BadSettingException;
import java.util.List;
import java.util.function.Supplier;

/** A model cannot be opened as it is, here or after another try. The remedy is another model, or another framework. */
public final class UnusableModelException extends BadSettingException {
    private static final long serialVersionUID = 1L;

    public UnusableModelException(String problem) {
        super(problem);
    }

    /** @param problems at least one; each names the value, what was expected and what to do next */
    public UnusableModelException(List<String> problems) {
        super(problems);
    }

    /** Returns what a question gives; what is bad about a person's writing is bad about the model. */
    public static <T> T when(Supplier<T> question) {
        try {
            return question.get();
        } catch (UnusableModelException e) {
            throw e;
        } catch (BadSettingException e) {
            throw new UnusableModelException(e.problems());
        }
    }
}
