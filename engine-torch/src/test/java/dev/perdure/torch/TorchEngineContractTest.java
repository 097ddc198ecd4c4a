package dev.perdure.torch;

import dev.perdure.engine.Engine;
import dev.perdure.testkit.EngineContract;

class TorchEngineContractTest extends EngineContract {
    @Override
    protected Engine engine() {
        return new TorchEngine();
    }
}
