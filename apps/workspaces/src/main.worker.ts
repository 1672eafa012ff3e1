import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { workspacesService } from './service';

void runWorkers(workspacesService, loadConfig(process.env));
