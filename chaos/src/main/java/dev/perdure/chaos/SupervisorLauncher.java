package dev.perdure.chaos;

import dev.perdure.training.RunFolder;
import java.io.IOException;

/** Starts supervisors whose workers carry a campaign's agenda. */
public interface SupervisorLauncher {

    /** Starts a supervisor on a run that exists, as a process of its own; also as the successor of one that was killed. */
    Process start(RunFolder run, ChaosFolder chaos) throws IOException;
}
