package dev.perdure.training;

import java.io.IOException;

/** Starts trainer processes. A trainer says {@link TrainingEvent}s on its standard output and ends when its input does. */
public interface TrainerLauncher {

    /** Starts a trainer on a run's folder, its standard input and output connected to the caller by pipes. */
    Process start(RunFolder folder) throws IOException;
}
