import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { notificationsService } from './service';

runMain(async () => runWorkers(notificationsService, loadConfig(process.env)));
