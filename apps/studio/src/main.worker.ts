import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { studioService } from './service';

runMain(async () => runWorkers(studioService, loadConfig(process.env)));
