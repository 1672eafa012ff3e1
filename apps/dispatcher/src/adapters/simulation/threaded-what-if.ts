import { Worker } from 'node:worker_threads';
import type { WhatIfChange } from '@stead/contracts/dispatcher';
import { TooSlow, WhatIf, type Foreseen } from '../../application/office/what-if';
import type { LiveSnapshot } from '../../application/office/ports';

const HEAP_MAX_MB = 512;

export type Question = { live: LiveSnapshot; change: WhatIfChange };

/** Each question gets a thread of its own, which ends with the answer or with its time: the event loop never waits for it. */
export class ThreadedWhatIf extends WhatIf {
  constructor(private readonly timeMaxMs: number) {
    super();
  }

  async run(live: LiveSnapshot, change: WhatIfChange): Promise<Foreseen> {
    const question: Question = { live, change };
    const thread = new Worker(require.resolve('./what-if.thread'), {
      workerData: question,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Foreseen>((done, fail) => {
        timer = setTimeout(() => fail(new TooSlow(`It took more than ${this.timeMaxMs / 1000} s`)), this.timeMaxMs);
        thread.once('message', done);
        thread.once('error', (error) =>
          fail(Reflect.get(error, 'code') === 'ERR_WORKER_OUT_OF_MEMORY' ? new TooSlow('It took too much memory') : error),
        );
        thread.once('exit', (code) => fail(new Error(`the simulation ended with ${code} and without an answer`)));
      });
    } finally {
      clearTimeout(timer);
      await thread.terminate();
    }
  }
}
