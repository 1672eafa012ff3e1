import { Catch, type DynamicModule, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';
import { NestLogger } from '@stead/platform/nest';
import { BullServer, type BullServerOptions } from './bull-server';

export interface WorkerOptions extends BullServerOptions {
  module: DynamicModule | Type;
}

/** Starts the Nest microservice that handles a service's messages; it refuses to start with a handler missing or unknown. */
export async function startWorker({ module, ...options }: WorkerOptions): Promise<INestMicroservice> {
  const worker = await NestFactory.createMicroservice(module, {
    strategy: new BullServer(options),
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  worker.useGlobalFilters(new PassOn());
  await worker.listen();
  return worker;
}

/** Nest would turn an error into a word of its own; the transport decides by the error's kind, so it must see it whole. */
@Catch()
class PassOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
