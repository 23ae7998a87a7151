package io.widecast.cli;

import io.widecast.client.ClientException;
import io.widecast.config.ConfigException;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.io.PrintStream;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns every failure into one sentence on stderr and an exit code; a trace only if asked for. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

  private final Terminal terminal;
  private final BooleanSupplier verbose;

  Failures(Terminal terminal, BooleanSupplier verbose) {
    this.terminal = terminal;
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    terminal.err().println(sentence(e));
    terminal.err().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitException.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    Throwable cause = unwrap(e);
    PrintStream err = terminal.err();
    if (!(cause instanceof ExitException && cause.getMessage() == null)) {
      err.println(sentence(cause));
    }
    if (verbose.getAsBoolean()) {
      cause.printStackTrace(err);
    }
    return exitCode(cause);
  }

  /** RxJava and futures wrap what happened; the sentence is that of the reason. */
  private static Throwable unwrap(Throwable e) {
    boolean wrapper =
        e.getCause() != null
            && (e.getClass() == RuntimeException.class
                || e instanceof ExecutionException
                || e instanceof CompletionException);
    return wrapper ? unwrap(e.getCause()) : e;
  }

  private static String sentence(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static int exitCode(Throwable e) {
    if (e instanceof ExitException exit) {
      return exit.code();
    } else if (e instanceof ConfigException || e instanceof WidecastException) {
      return ExitException.USAGE; // found before anything was sent
    } else if (e instanceof ClientException client) {
      return client.is(ErrorCode.NOT_FOUND)
          ? ExitException.NOT_FOUND
          : client.is(ErrorCode.PRECONDITION_FAILED)
              ? ExitException.PRECONDITION_FAILED
              : ExitException.FAILED;
    }
    return ExitException.FAILED;
  }
}
