@echo off
rem Starts swav4j on Windows from an unpacked distribution. What it sets can be set from outside instead.
rem   JAVA_HOME        the Java to use, 17 or newer
rem   SWAV_JAVA_OPTS   further options for java, such as -Xmx6g
setlocal
set "root=%~dp0.."
if not exist "%root%\lib\swav4j-app-*.jar" (
  echo swav: "%root%\lib" has no swav4j-app-*.jar; was everything unpacked? 1>&2
  exit /b 1
)
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
rem the line is: openjdk version "17.0.15" 2025-04-15
set "version="
for /f "tokens=2,3" %%a in ('call "%java%" -version 2^>^&1') do if "%%a"=="version" set "version=%%~b"
set "feature=0"
for /f "delims=.-+ tokens=1" %%f in ("%version%") do set "feature=%%f"
if %feature% LSS 17 (
  echo swav: Java 17 or newer is needed, and none was found in JAVA_HOME or on the PATH. 1>&2
  echo       Install one from https://adoptium.net or set JAVA_HOME. 1>&2
  exit /b 1
)
set "options=-XX:MaxRAMPercentage=12.5 -XX:-UsePerfData -Dfile.encoding=UTF-8 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
if %feature% GEQ 22 set "options=%options% --enable-native-access=ALL-UNNAMED -Djdk.console=java.base"
if %feature% GEQ 24 set "options=%options% --sun-misc-unsafe-memory-access=allow"
if not defined OPENCV_IO_MAX_IMAGE_PIXELS set "OPENCV_IO_MAX_IMAGE_PIXELS=67108864"
if not defined OPENCV_LOG_LEVEL set "OPENCV_LOG_LEVEL=OFF"
"%java%" %options% -XX:+UseSerialGC -Dswav.command=swav %SWAV_JAVA_OPTS% -cp "%root%\lib\*" org.swav4j.cli.Main %*
exit /b %errorlevel%
