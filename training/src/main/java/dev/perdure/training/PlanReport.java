package dev.perdure.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.reliability.Figure;
import dev.perdure.reliability.Interval;
import dev.perdure.reliability.Plan;
import java.util.Locale;

/** A plan as text for a terminal, as JSON for programs, and as a page with charts. */
public final class PlanReport {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .addModule(FiniteNumbers.module())
            .build();

    private PlanReport() {}

    /** Returns one line for each figure: name, value, interval, formula. */
    public static String toText(Plan plan) {
        var text = new StringBuilder();
        for (Plan.Section section : plan.sections()) {
            text.append('\n').append(section.title()).append('\n');
            for (Figure figure : section.figures()) {
                text.append("  %-38s %18s  %-35s %s"
                                .formatted(figure.name(), value(figure), interval(figure), figure.formula())
                                .stripTrailing())
                        .append('\n');
            }
            section.notes().forEach(note -> text.append("  ").append(note).append('\n'));
        }
        return text.toString();
    }

    /** Returns the plan as JSON: values in the units that they name, seconds and shares of 1 as they are. */
    public static String toJson(Plan plan) {
        try {
            return MAPPER.writeValueAsString(plan) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("plans are plain records", e);
        }
    }

    static String value(Figure figure) {
        return words(figure.value(), figure.unit());
    }

    /** Returns {@code 1.2 to 3.4}; empty when there is none. */
    static String interval(Figure figure) {
        Interval interval = figure.interval();
        return interval == null
                ? ""
                : "%s to %s".formatted(words(interval.low(), figure.unit()), words(interval.high(), figure.unit()));
    }

    private static String words(double value, Figure.Unit unit) {
        if (Double.isInfinite(value)) {
            return "no bound";
        }
        return switch (unit) {
            case PER_HOUR -> Figures.number(value) + " /h";
            case SECONDS -> Figures.millis(value * 1e3);
            case SECONDS_A_DAY -> Figures.millis(value * 1e3) + " a day";
            case SHARE -> share(value);
            case COUNT -> Figures.count(Math.round(value));
            case NUMBER -> Figures.number(value);
            case REQUESTS_A_SECOND -> Figures.number(value) + " /s";
            case COST_AN_HOUR -> Figures.number(value) + " an hour";
        };
    }

    /** As many digits as it takes to tell the nines apart. */
    private static String share(double share) {
        if (share > 0 && share < 1e-3) {
            return Figures.number(100 * share) + " %";
        }
        double rest = 1 - share;
        int decimals = rest <= 0 ? 2 : Math.clamp((long) Math.ceil(-Math.log10(rest)), 2, 9);
        return String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * share);
    }
}
