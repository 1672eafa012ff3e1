import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { viewingService } from './service';

void runApi(viewingService, loadConfig(process.env));
