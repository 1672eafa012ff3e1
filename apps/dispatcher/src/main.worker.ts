import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { dispatcherService } from './service';

runMain(async () => runWorkers(dispatcherService, loadConfig(process.env)));
