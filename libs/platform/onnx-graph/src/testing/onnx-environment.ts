import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest runs each spec in a realm of its own; ONNX Runtime's native part makes arrays of the outer one, and its JavaScript part
 * then refuses them. Specs that run a network name this file as their environment.
 */
export default class OnnxEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    this.global.Float32Array = Float32Array;
  }
}
