package dev.perdure.supervision;

import java.util.List;

/**
 * What a supervisor knows of its run from the beginning, and does not change.
 *
 * @param build which build its workers must be of
 * @param configuration the digest of configuration and data that its workers must have opened
 * @param positionMax the last position there is: no member of this run stands beyond it
 * @param meetingPlace where groups meet until {@link Event.MeetsAt} says otherwise, in the words of the collective that
 *     they use; each generation adds a name of its own
 * @param suspicion how a worker that has said nothing yet is judged
 * @param onDivergence what is done when a step gives no finite numbers however often it is redone
 * @param precedents what earlier runs taught
 * @param hosts where workers can be launched; one or none when the launcher has no choice
 */
public record Run(
        String build,
        String configuration,
        long positionMax,
        String meetingPlace,
        Patience patience,
        Budgets budgets,
        Suspicion suspicion,
        OnDivergence onDivergence,
        Precedents precedents,
        List<String> hosts) {
    public Run {
        hosts = List.copyOf(hosts);
    }

    /** A run that ends when a step gives no finite numbers, that nothing was learned for, on one host. */
    public Run(
            String build,
            String configuration,
            long positionMax,
            String meetingPlace,
            Patience patience,
            Budgets budgets,
            Suspicion suspicion) {
        this(
                build,
                configuration,
                positionMax,
                meetingPlace,
                patience,
                budgets,
                suspicion,
                OnDivergence.STOP,
                Precedents.none(),
                List.of());
    }
}
