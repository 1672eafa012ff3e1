import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { studioService } from './service';

void runWorkers(studioService, loadConfig(process.env));
