import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { notificationsService } from './service';

void runApi(notificationsService, loadConfig(process.env));
