package dev.perdure.reliability;

import java.util.EnumMap;
import java.util.Map;

/**
 * How likely each evidence is when a fault is the cause: {@code P(evidence is seen | fault)}, in the seconds or steps before a
 * decision is made. Given the fault, pieces of evidence are taken to be independent of each other (naive Bayes), so evidence
 * that always comes together, such as an exit and a lost connection, counts a little too much; that hardly changes which fault
 * is likeliest, but makes the chances more extreme than they are.
 *
 * @param table by evidence, then fault; > 0 and < 1, so that nothing is ever impossible. Fault kinds that a table leaves out
 *     cannot be diagnosed with it.
 */
public record Likelihoods(Map<EvidenceKind, Map<FaultKind, Double>> table) {
    /**
     * Judged from the mechanisms, not measured; {@link #with} puts measured ones in their place. The column of HEALTHY is
     * the chance that a detector cries wolf once in a watch of some minutes. How to read a row: of the hangs, one in five is
     * seen as missing heartbeats, since a thread of its own sends them; half are in a collective, where others wait too.
     */
    private static final String STANDARD = """
                               HEALTHY PROCESS OUT   HANG  SLOW  NETWORK NOT    DIVERG BAD    SILENT STORAGE HOST
            PROCESS_EXITED     0.0001  0.98    0.90  0.02  0.01  0.05    0.01   0.001  0.05   0.02   0.05    0.40
            CONNECTION_LOST    0.001   0.95    0.90  0.10  0.02  0.90    0.01   0.001  0.02   0.02   0.02    0.50
            HEARTBEAT_MISSED   0.001   0.30    0.40  0.20  0.10  0.80    0.001  0.001  0.001  0.005  0.10    0.50
            STUCK_LOADING      0.001   0.02    0.02  0.15  0.10  0.05    0.001  0.001  0.05   0.002  0.50    0.10
            STUCK_COMPUTING    0.001   0.02    0.05  0.35  0.20  0.02    0.001  0.001  0.001  0.01   0.02    0.20
            STUCK_COLLECTIVE   0.002   0.30    0.20  0.50  0.20  0.80    0.001  0.001  0.001  0.005  0.02    0.20
            STUCK_SAVING       0.001   0.01    0.01  0.10  0.05  0.05    0.001  0.001  0.001  0.002  0.50    0.05
            SLOWER_THAN_PEERS  0.005   0.02    0.10  0.10  0.95  0.20    0.005  0.005  0.01   0.01   0.20    0.30
            NOT_FINITE         0.0001  0.0005  0.001 0.001 0.001 0.001   0.98   0.30   0.20   0.02   0.001   0.02
            LOSS_SPIKE         0.002   0.002   0.002 0.002 0.002 0.002   0.30   0.90   0.30   0.10   0.002   0.02
            LOSS_DIVERGING     0.0005  0.0005  0.001 0.001 0.001 0.001   0.10   0.80   0.02   0.05   0.001   0.005
            DIGEST_DIFFERS     0.00001 0.0001  0.001 0.001 0.001 0.005   0.001  0.0005 0.001  0.90   0.005   0.10
            MICROBATCH_DIFFERS 0.00001 0.0001  0.001 0.001 0.001 0.001   0.001  0.0005 0.001  0.60   0.001   0.10
            ERROR_LOGS         0.01    0.10    0.30  0.10  0.05  0.40    0.05   0.02   0.20   0.02   0.50    0.50
            STORAGE_ERROR      0.0005  0.001   0.005 0.01  0.01  0.05    0.001  0.001  0.05   0.005  0.80    0.10
            STORAGE_SLOW       0.003   0.005   0.02  0.05  0.10  0.10    0.003  0.003  0.005  0.005  0.60    0.10
            RECORD_INVALID     0.0005  0.001   0.001 0.001 0.001 0.002   0.02   0.01   0.70   0.01   0.02    0.005
            OUT_OF_MEMORY      0.0001  0.02    0.90  0.01  0.01  0.001   0.001  0.001  0.01   0.001  0.002   0.02
            HOST_FAILED_BEFORE 0.02    0.05    0.05  0.08  0.10  0.05    0.02   0.02   0.02   0.15   0.10    0.50
            """;

    public Likelihoods {
        var copy = new EnumMap<EvidenceKind, Map<FaultKind, Double>>(EvidenceKind.class);
        table.forEach((evidence, row) -> {
            row.forEach((fault, chance) -> Checks.share("P(%s | %s)".formatted(evidence, fault), chance, false));
            copy.put(evidence, Map.copyOf(row));
        });
        table = Map.copyOf(copy);
    }

    /** Returns the table to start from. */
    public static Likelihoods standard() {
        var table = new EnumMap<EvidenceKind, Map<FaultKind, Double>>(EvidenceKind.class);
        Table.parse(STANDARD).forEach((name, row) -> table.put(EvidenceKind.valueOf(name), row));
        return new Likelihoods(table);
    }

    /** Returns the table with one number in it replaced, for example by a measured one. */
    public Likelihoods with(EvidenceKind evidence, FaultKind fault, double chance) {
        var copy = new EnumMap<EvidenceKind, Map<FaultKind, Double>>(EvidenceKind.class);
        copy.putAll(table);
        var row = new EnumMap<FaultKind, Double>(FaultKind.class);
        row.putAll(table.getOrDefault(evidence, Map.of()));
        row.put(fault, chance);
        copy.put(evidence, row);
        return new Likelihoods(copy);
    }

    /**
     * Returns the chance of the evidence given the fault.
     *
     * @throws IllegalArgumentException if the table does not have it
     */
    public double of(EvidenceKind evidence, FaultKind fault) {
        Double chance = table.getOrDefault(evidence, Map.of()).get(fault);
        if (chance == null) {
            throw new IllegalArgumentException("the table has no P(%s | %s)".formatted(evidence, fault));
        }
        return chance;
    }
}
