import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { viewingService } from './service';

void runWorkers(viewingService, loadConfig(process.env));
