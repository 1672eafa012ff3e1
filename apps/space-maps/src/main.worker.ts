import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { spaceMapsService } from './service';

runMain(async () => runWorkers(spaceMapsService, loadConfig(process.env)));
