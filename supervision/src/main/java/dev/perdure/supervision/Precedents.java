package dev.perdure.supervision;

import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.Fleet;
import dev.perdure.reliability.SuccessRates;
import java.util.Map;

/**
 * What earlier runs taught.
 *
 * @param causes how many incidents each kind of fault turned out to have caused
 * @param rates how often what worked
 * @param seconds how long what took when it worked, by the strategy's key
 * @param fleet how often which host failed
 */
public record Precedents(Map<FaultKind, Integer> causes, SuccessRates rates, Map<String, Double> seconds, Fleet fleet) {
    public Precedents {
        causes = Map.copyOf(causes);
        seconds = Map.copyOf(seconds);
    }

    /** Returns what is believed before anything was seen. */
    public static Precedents none() {
        return new Precedents(Map.of(), SuccessRates.standard(), Map.of(), Fleet.empty());
    }
}
