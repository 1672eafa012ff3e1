import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { spaceMapsService } from './service';

void runWorkers(spaceMapsService, loadConfig(process.env));
