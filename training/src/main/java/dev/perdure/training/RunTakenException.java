package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.registry.Lease;

/** Another supervisor works on the run. */
public final class RunTakenException extends BadSettingException {
    private static final long serialVersionUID = 1L;

    RunTakenException(RunFolder folder) {
        super("%s: another perdure process is working on this run. Wait for it, or end it first."
                .formatted(folder.path()));
    }

    RunTakenException(RunFolder folder, Lease held) {
        super(
                "%s: another perdure process is working on this run: its registry's lease is held and renewed by the %s, until %s for now. Wait for it, end it, or have another stand by: perdure standby %s"
                        .formatted(folder.path(), held.holder(), held.expires(), folder.path()));
    }

    RunTakenException(RunFolder folder, long epoch) {
        super("%s: another perdure process is working on this run: a supervisor (epoch %d) has taken it over."
                .formatted(folder.path(), epoch));
    }
}
