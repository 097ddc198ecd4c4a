package dev.perdure.reliability;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers to planning questions: how often things fail, what that costs, which checkpoint interval costs least, how many
 * workers or replicas are enough. Every figure has its interval, if it is an estimate, and its formula; every section says
 * what was assumed for want of anything recorded.
 *
 * @param sections in the order of reading; one is missing when nothing is known for it and nothing was asked
 */
public record Plan(List<Section> sections) {

    /**
     * Figures that belong together.
     *
     * @param notes in words: what they rest on, and what follows
     * @param graph for the eye
     */
    public record Section(
            String title,
            List<Figure> figures,
            List<String> notes,
            @Nullable Graph graph) {
        public Section {
            figures = List.copyOf(figures);
            notes = List.copyOf(notes);
        }
    }

    /**
     * A curve with marks on it.
     *
     * @param curve in the order of rising x
     */
    public record Graph(String title, String xName, String yName, List<Point> curve, List<Point> marks) {
        public Graph {
            curve = List.copyOf(curve);
            marks = List.copyOf(marks);
        }
    }

    /** A point of a curve, with a name if it has one. */
    public record Point(String name, double x, double y) {}

    public Plan {
        sections = List.copyOf(sections);
    }

    /** Answers what is asked, from what was recorded. */
    public static Plan of(Experience experience, PlanQuestions questions) {
        RateEstimate rate = RateEstimate.of(
                experience.failures(), experience.workerSeconds(), questions.ratePerSecond(), questions.level());
        var sections = new ArrayList<Section>();
        sections.add(FailureAnswers.rates(experience, questions, rate));
        FailureAnswers.lifetimes(experience, questions).ifPresent(sections::add);
        FailureAnswers.chances(questions, rate).ifPresent(sections::add);
        sections.add(FailureAnswers.repairs(experience, questions, rate));
        IntervalAnswers.intervals(experience, questions).ifPresent(sections::add);
        IntervalAnswers.goodput(experience, questions).ifPresent(sections::add);
        RedundancyAnswers.of(experience, questions, rate).ifPresent(sections::add);
        return new Plan(sections);
    }

    /** Returns the figure of this name, the first if there are several. */
    public Figure figure(String name) {
        return sections.stream()
                .flatMap(section -> section.figures().stream())
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("figure: \"%s\" (expected: one of %s)"
                        .formatted(
                                name,
                                sections.stream()
                                        .flatMap(section -> section.figures().stream())
                                        .map(Figure::name)
                                        .toList())));
    }
}
