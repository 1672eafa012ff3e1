import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { viewingService } from './service';

runMain(async () => runWorkers(viewingService, loadConfig(process.env)));
