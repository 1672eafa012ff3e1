import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { notificationsService } from './service';

runMain(async () => runApi(notificationsService, loadConfig(process.env)));
