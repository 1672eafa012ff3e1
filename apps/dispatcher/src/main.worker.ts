import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { dispatcherService } from './service';

void runWorkers(dispatcherService, loadConfig(process.env));
