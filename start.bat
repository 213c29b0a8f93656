@echo off
rem Opens the map with a double click: finds Python, installs on the first run, then starts. Needs no administrator's rights.
setlocal
chcp 65001 >nul
set "PYTHONUTF8=1"
cd /d "%~dp0"
set "OURS=.venv\Scripts\python.exe"
set "FITS=import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))"

if exist "%OURS%" (
    "%OURS%" -c "%FITS%" >nul 2>&1
    if not errorlevel 1 goto :installed
)
set "FOUND="
for %%P in ("py -3.13" "py -3.12" "py -3.11" "py -3" "python" "python3") do (
    if not defined FOUND (
        %%~P -c "%FITS%" >nul 2>&1
        if not errorlevel 1 set "FOUND=%%~P"
    )
)
if not defined FOUND goto :no_python
echo Chuẩn bị lần đầu, mất vài phút... / First run: installing, this takes some minutes...
%FOUND% -m venv --clear .venv
if errorlevel 1 goto :no_folder

:installed
"%OURS%" -c "import geo_planner, streamlit, altair" >nul 2>&1
if not errorlevel 1 goto :start
"%OURS%" -m pip install --quiet --disable-pip-version-check -e ".[app]"
if errorlevel 1 goto :no_network

:start
if "%~1"=="" (
    "%OURS%" -m geo_planner.cli app
) else (
    "%OURS%" -m geo_planner.cli %*
)
if errorlevel 1 pause
exit /b %errorlevel%

:no_python
echo Chưa có Python 3.11-3.13: hãy cài từ https://www.python.org/downloads/ rồi mở lại tệp này.
echo Python 3.11 to 3.13 is needed: install it, then open this file again.
pause
exit /b 1

:no_folder
echo Không ghi được vào thư mục này: hãy chép cả thư mục sang nơi được phép ghi, chẳng hạn Documents, rồi mở lại tệp này.
echo This folder cannot be written: copy all of it to a place where you may write, then open this file again.
pause
exit /b 1

:no_network
echo Không cài được chương trình: hãy kiểm tra kết nối mạng rồi mở lại tệp này.
echo The program could not be installed: check the network, then open this file again.
pause
exit /b 1
