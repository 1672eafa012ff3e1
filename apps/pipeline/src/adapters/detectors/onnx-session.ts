import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const THREADS_MAX = 4;
const SEVERITY_ERROR = 3;

/** A network on the processor: named float inputs in, named float outputs out. */
export class OnnxSession {
  private constructor(private readonly session: InferenceSession) {}

  static async of(model: Uint8Array): Promise<OnnxSession> {
    const session = await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: Math.min(THREADS_MAX, availableParallelism()),
      logSeverityLevel: SEVERITY_ERROR,
      // Threads that spin while they wait take the cores from whatever else is at work.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new OnnxSession(session);
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /** For networks with one input. */
  async run(input: Float32Array, shape: readonly number[]): Promise<(name: string) => Float32Array> {
    const [name = 'input'] = this.session.inputNames;
    const outputs = await this.session.run({ [name]: new Tensor('float32', input, [...shape]) });
    return (wanted) => {
      const data = outputs[wanted]?.data;
      if (data === undefined || typeof data[0] !== 'number' || !ArrayBuffer.isView(data)) {
        throw new Error(`The network gives no numbers called ${wanted} (it gives ${this.session.outputNames.join(', ')})`);
      }
      // A copy of this realm: the library's typed arrays may belong to another one.
      return Float32Array.from(data as ArrayLike<number>); // the check above: a typed array whose elements are numbers
    };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
