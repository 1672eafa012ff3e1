import 'reflect-metadata';
import { runWorkers } from '@stead/platform/service';
import { loadConfig } from './config';
import { notificationsService } from './service';

void runWorkers(notificationsService, loadConfig(process.env));
