package dev.perdure.core;

import java.util.List;

/** Something a person wrote cannot be done as written. The remedy is to write something else; retrying cannot help. */
public class BadSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    public BadSettingException(String problem) {
        this(List.of(problem));
    }

    /** @param problems at least one; each names the value, what was expected and what to do next */
    public BadSettingException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
