import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { workspacesService } from './service';

runMain(async () => runWorkers(workspacesService, loadConfig(process.env)));
